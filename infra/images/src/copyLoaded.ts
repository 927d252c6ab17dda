import type { Staging } from "./recipes";
import { copyLoaded } from "./loaded";

// A program of its own: it takes seconds of a processor, while who builds images tells how far they are, and may be interrupted.
const [project, context, workspace] = process.argv.slice(2) as [string, string, string];
copyLoaded(project, JSON.parse(workspace) as Staging & { kind: "workspace" }, context).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
