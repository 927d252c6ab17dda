import { createRequire } from "node:module";
import { RequestTable } from "./requestTable";

/**
 * Loads kurento-client by `load`, and lets it find lighter ones in place of two modules:
 *
 * - Node's `domain`: once it is loaded, each event of the whole process is emitted by way of it, which was a tenth of this server's CPU time. Of
 *   domains kurento-client makes transactions, which are not used here; where there are none, as in browsers, it makes do with less.
 * - The table of requests of its kurento-jsonrpc ({@link RequestTable}).
 *
 * A module in `require.cache` comes before one that would be loaded, Node's own included: https://nodejs.org/api/modules.html#requirecache
 *
 * @throws Error when kurento-jsonrpc has no table of that name; that this one does what it does is what requestTable.test.ts compares
 */
export function loadKurento<T>(load: (require: NodeJS.Require) => T): T {
  const require = createRequire(__filename);
  const table = createRequire(require.resolve("kurento-client")).resolve("kurento-jsonrpc/lib/Mapper");
  require.cache["domain"] = { exports: {}, loaded: true } as NodeJS.Module;
  require.cache[table] = { exports: RequestTable, loaded: true } as NodeJS.Module;
  try {
    return load(require);
  } finally {
    delete require.cache["domain"];
  }
}
