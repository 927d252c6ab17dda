/** Levels in rising order; a message below the configured level is not written. */
export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** One JSON object a line, on standard output. Never given tokens, SDP or passwords. */
export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** The log line as text. User and password inside an address are cut out, whatever the caller passed. */
export function logLine(level: LogLevel, message: string, fields: Fields, now: Date): string {
  const safe = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === "string" ? withoutCredentials(value) : value]),
  );
  return JSON.stringify({ time: now.toISOString(), level, message: withoutCredentials(message), ...safe });
}

/** `rtsp://user:password@host/path` → `rtsp://host/path`, wherever such an address stands in the text. */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/"']*@/gi, "$1");
}

/** A log that writes this level and those above; `write` takes one line, without its end. */
export function createLog(level: LogLevel, write: (line: string) => void = (line) => process.stdout.write(`${line}\n`)): Log {
  const lowest = logLevels.indexOf(level);
  const writer =
    (own: LogLevel) =>
    (message: string, fields: Fields = {}) => {
      if (logLevels.indexOf(own) >= lowest) write(logLine(own, message, fields, new Date()));
    };
  return { debug: writer("debug"), info: writer("info"), warn: writer("warn"), error: writer("error") };
}

/** The message of anything that was thrown. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
