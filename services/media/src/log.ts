export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type Fields = Record<string, unknown>;

/** Structured log: one JSON object a line. */
export interface Log {
  error(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  debug(event: string, fields?: Fields): void;
}

/** Replaces user and password of every address in `text` (`rtsp://user:pass@host` and the `user:pass@host` of TURN). */
export function maskSecrets(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, "$1***@").replace(/(^|[\s"'])[^\s:/@"']+:[^\s/@"']+@/g, "$1***@");
}

/** One log line (without its line end); secrets are masked in every string, however deep. */
export function logLine(level: LogLevel, event: string, fields: Fields, time: Date): string {
  const mask = (_key: string, value: unknown) => {
    if (typeof value === "string") return maskSecrets(value);
    return value instanceof Error
      ? { name: value.name, message: maskSecrets(value.message), stack: maskSecrets(value.stack ?? "") }
      : value;
  };
  return JSON.stringify({ time: time.toISOString(), level, event, ...fields }, mask);
}

/** @param write takes a finished line, line end included; default: stdout. */
export function createLog(level: LogLevel, write: (line: string) => void = (line) => void process.stdout.write(line)): Log {
  const limit = LOG_LEVELS.indexOf(level);
  const at =
    (own: LogLevel) =>
    (event: string, fields: Fields = {}) => {
      if (LOG_LEVELS.indexOf(own) <= limit) write(`${logLine(own, event, fields, new Date())}\n`);
    };
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}
