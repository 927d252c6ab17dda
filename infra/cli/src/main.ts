import { commands } from "./commands";
import { endingOf, failureJson, failureText, interrupted } from "./words";

const abort = new AbortController();
const isJson = process.argv.includes("--json");

/** The only way out but a kill. */
function end(error: unknown): never {
  const { exitCode, failure } = endingOf(error);
  if (failure) process.stderr.write(`${isJson ? failureJson(failure) : failureText(failure)}\n`);
  process.exit(exitCode);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (abort.signal.aborted) end(interrupted());
    process.stderr.write("\nStopping after the steps that run; once more to stop at once\n");
    abort.abort(interrupted());
  });
}

// A reader that wants no more (`| head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

commands(process.env, abort.signal, (line) => process.stdout.write(`${line}\n`))
  .parseAsync()
  .then(
    () => process.exit(0),
    // Whatever fails after Ctrl-C fails because of it.
    (error: unknown) => end(abort.signal.aborted ? abort.signal.reason : error),
  );
