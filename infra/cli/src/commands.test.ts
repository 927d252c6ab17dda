import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { commands } from "./commands";
import { version } from "./context";
import { endingOf, type Ending } from "./words";

// A site of one server, so that no Docker is asked here. A stand-in for ssh answers in the server's place.
let folder: string;
let env: NodeJS.ProcessEnv;
const searchPath = process.env.PATH;
const site = (more: string) =>
  `site: demo\ndomain: demo.test\nhosts:\n  one: { address: 192.0.2.1, ssh: { hostKey: ${hostKey} } }\n${more}`;
const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIHKxpOv4OaBCVKUEKOVxHYS4vb9PlH8l83OMd8BIsFW";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "barecast-commands-"));
  const file = path.join(folder, "demo.yaml");
  writeFileSync(file, site("ports: { https: 8443 }\n"));
  env = { SITE: file, BARECAST_STATE: path.join(folder, "state"), BARECAST_AGE_KEY_FILE: path.join(folder, "demo.agekey") };
  process.env.PATH = `${folder}:${searchPath}`;
});
afterEach(() => {
  process.env.PATH = searchPath;
  rmSync(folder, { recursive: true });
});

/** What a command line tells: on standard output, and by its ending. */
async function type(...words: string[]): Promise<{ printed: string[]; ending: Ending | null }> {
  const printed: string[] = [];
  const program = commands(env, new AbortController().signal, (line) => printed.push(line));
  const ending = await program.parseAsync(words, { from: "user" }).then(() => null, endingOf);
  return { printed, ending };
}
const printedBy = async (...words: string[]) => {
  const { printed, ending } = await type(...words);
  expect(ending).toBeNull();
  expect(printed).toHaveLength(1);
  return printed[0]!;
};
/** What the server answers to the commands that go to its standard input. */
const answers = (script: string) =>
  writeFileSync(path.join(folder, "ssh"), `#!/bin/sh\nread -r asked\ncase "$asked" in\n${script}\nesac\n`, { mode: 0o755 });

test("--version and help: on standard output, and no more", async () => {
  const { printed, ending } = await type("--version");
  expect({ printed, ending }).toEqual({ printed: [version], ending: { exitCode: 0, failure: null } });
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
  const help = await type("help");
  expect(help.ending).toEqual({ exitCode: 0, failure: null });
  expect(help.printed).toEqual([expect.stringMatching(/^Usage: barecast [^]*status [^]*what runs where/)]);
});

test("secrets: names and a password", async () => {
  expect(await printedBy("secrets", "list", "--json")).toBe("[]");
  const password = await printedBy("secrets", "show", "operator");
  expect(password).toMatch(/^[\w-]{20,}$/);
  expect(JSON.parse(await printedBy("secrets", "show", "operator", "--json"))).toEqual({ name: "operator", password });
});

test("logs: lines, and whether some may be missing", async () => {
  await printedBy("secrets", "list");
  const lost =
    "Error grabbing logs: warning: incomplete log stream. some logs could not be retrieved for the following reasons: node x is gone";
  answers(`
    "docker service ls"*) printf 'demo-web\\ndemo-parse\\n' ;;
    *"--tail 100 demo-web"*) printf 'GET /\\nGET /report/\\n' ;;
    *"--tail 3 demo-parse"*) printf 'ready\\n${lost}\\n'; exit 1 ;;`);
  expect(await printedBy("logs", "web")).toBe("GET /\nGET /report/");
  expect(JSON.parse(await printedBy("logs", "demo-web", "--json"))).toEqual({
    service: "web",
    lines: ["GET /", "GET /report/"],
    incomplete: null,
  });
  expect(JSON.parse(await printedBy("logs", "parse", "--json", "--lines", "3"))).toEqual({
    service: "parse",
    lines: ["ready"],
    incomplete: "node x is gone",
  });
});

test("open: the address and the authority to trust, and no browser is looked for", async () => {
  await printedBy("secrets", "list");
  process.env.PATH = folder;
  expect(JSON.parse(await printedBy("open", "--json"))).toEqual({
    address: "https://demo.test:8443/",
    caFile: path.join(folder, "state", "demo", "ca", "ca.crt"),
  });
});

test.each([
  ["site.down", 4, ["verify", "--json"]],
  ["site.down", 4, ["logs", "web", "--json"]],
  ["logs.lines", 2, ["logs", "web", "--json", "--lines", "many"]],
  ["secrets.account", 2, ["secrets", "show", "nobody", "--json"]],
  ["open.what", 2, ["open", "sesame", "--json"]],
  ["usage", 2, ["foo", "--json"]],
  ["usage", 2, ["status", "now", "--json"]],
  ["usage", 2, ["completion", "bash", "--json"]],
])("what goes wrong is thrown, and nothing is printed: %s", async (code, exitCode, words) => {
  const { printed, ending } = await type(...words);
  expect({ printed, exitCode: ending?.exitCode, code: ending?.failure?.code }).toEqual({ printed: [], exitCode, code });
});

test("completion: verbs, options and the site's services; no services of a file that has problems or is not there", async () => {
  const whole = `  if [ "$COMP_CWORD" = 1 ]; then
    words="check plan build up status logs open verify down secrets images completion help --help --version"
  else case "\${COMP_WORDS[1]}" in
    check) words="--json --help" ;;
    plan) words="--json --help" ;;
    build) words="--json --help" ;;
    up) words="--json --help" ;;
    status) words="--json --help" ;;
    logs) words="coturn media-one parse postgres recordings-one redis signaling socketproxy traefik web --json -n --lines --help" ;;
    open) words="dashboard --json --help" ;;
    verify) words="--json --help" ;;
    down) words="--json --servers --wipe --help" ;;
    secrets) words="list set show --json --help" ;;
    images) words="pin --json -o --output --help" ;;
    completion) words="bash zsh --help" ;;
  esac; fi
`;
  for (const shell of ["bash", "zsh"]) expect(await printedBy("completion", shell)).toContain(whole);
  const without = whole.replace(/(logs\) words=").*?(?=--json)/, "$1");
  writeFileSync(env.SITE!, site("cameras: 3\n"));
  expect(await printedBy("completion", "bash")).toContain(without);
  env.SITE = path.join(folder, "none.yaml");
  expect(await printedBy("completion", "zsh")).toContain(without);
});
