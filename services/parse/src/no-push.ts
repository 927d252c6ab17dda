import { registerHooks } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

// Imported before parse-server, which loads its push adapter at each start, and with it the libraries of Google, Apple and Expo, whether push
// is configured or not. A site has no key for push: the image leaves the adapter out, and Parse finds this in its place.
const inItsPlace = pathToFileURL(path.join(__dirname, "noPushAdapter.js")).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "@parse/push-adapter" ? { url: inItsPlace, format: "commonjs", shortCircuit: true } : next(specifier, context),
});
