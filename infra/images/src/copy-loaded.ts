import type { ImageName } from "@barecast/stack/images";
import { copyLoaded } from "./loaded";
import { recipeOf } from "./recipes";

// copy-loaded PROJECT CONTEXT IMAGE: a program of its own, since it takes seconds of a processor, while who builds images tells how far they are,
// and may be interrupted.
const [project, context, image] = process.argv.slice(2) as [string, string, ImageName];
const workspace = recipeOf(image).staging.find((part) => part.kind === "workspace")!;
void copyLoaded(project, workspace, context);
