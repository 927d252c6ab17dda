"use strict";
// Loaded into the child processes before the SDK. What that loads at once and a run hardly ever needs is loaded when it is first used, and stacks that
// nobody reads aren't looked up in source maps: together a third of the processor that a run without changes takes.
const Module = require("node:module");

// In the SDK's own files only: whoever else asks for these gets them.
const sdk = /[\\/]node_modules[\\/]@pulumi[\\/]pulumi[\\/](?!.*[\\/]node_modules[\\/])/;
// npm's library, for archives of functions; the compiler, for functions as text; what drives the Pulumi CLI.
const deferred = new Set(["@npmcli/arborist", "normalize-package-data", "typescript", "./automation"]);
// Functions of the SDK that take a stack for each promise and each resource, for debugging and for the real engine.
const stackTakers = new Set(["debuggablePromise", "callsites"]);

const { require: load } = Module.prototype;
Module.prototype.require = function (id) {
  if (!sdk.test(this.filename ?? "")) return load.call(this, id);
  if (deferred.has(id)) return whenUsed(() => load.call(this, id));
  const loaded = load.call(this, id);
  if (id === "source-map-support/register") mapOnlyWhatIsRead();
  return loaded;
};

/** Stands for a module as the SDK's compiled imports use one: by its members, or by its default. */
function whenUsed(loadIt) {
  let real;
  const member = (_target, key) => {
    if (key === "__esModule") return true;
    real ??= loadIt();
    return key in real ? real[key] : key === "default" ? real : undefined;
  };
  return new Proxy({}, { get: member });
}

function mapOnlyWhatIsRead() {
  const mapped = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, frames) =>
    stackTakers.has(frames[0]?.getFunctionName()) ? [error, ...frames].join("\n    at ") : mapped(error, frames);
}
