import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseSite, placeOf } from "@barecast/site";
import { imageTable } from "@barecast/stack";
import type { Context } from "../context";
import { folderInPath } from "../testing/folderInPath";
import { removal, removeOldImages, usedOf } from "./oldImages";

const registry = "192.0.2.1:5000";
const digest = (digit: string) => digit.repeat(64);
const at = (name: string, digit: string) => `${name}@sha256:${digest(digit)}`;

test("used is what services run and would be rolled back to, of the site's registry alone", () => {
  const printed = [`${registry}/${at("web", "2")}`, `${registry}/${at("web", "1")}`, `${registry}/${at("media", "1")}`, ""];
  const others = ["", `192.0.2.10:5000/${at("web", "3")}`, "nginx:latest@sha256:1", `${registry}/${at("web", "2")}`];
  const byHand = [`${registry}/parse:mine@sha256:${digest("4")}`, `${registry}/redis:mine`, `${registry}/it's@sha256:${digest("5")}`];
  expect(usedOf([...printed, ...others, ...byHand].join("\n"), registry)).toEqual([
    at("media", "1"),
    at("parse", "4"),
    at("web", "1"),
    at("web", "2"),
  ]);
});

let folder: string;
folderInPath((made) => (folder = made));

describe("the script", () => {
  const inRegistry = (...names: string[]) => path.join(folder, "data", "docker/registry/v2/repositories", ...names);
  const log = () => (existsSync(path.join(folder, "log")) ? readFileSync(path.join(folder, "log"), "utf8").trim().split("\n") : []);

  /** Images of a host and of its registry; of one in `held` Docker says that a container runs it. */
  function given(host: readonly string[], revisions: readonly (readonly [name: string, digit: string])[], held = "none"): void {
    writeFileSync(path.join(folder, "images"), host.map((image) => `${image}\n`).join(""));
    for (const [name, digit] of revisions) {
      const revision = inRegistry(name, "_manifests/revisions/sha256", digest(digit));
      mkdirSync(revision, { recursive: true });
      writeFileSync(path.join(revision, "link"), `sha256:${digest(digit)}`);
    }
    const { data } = imageTable.registry.paths as { data: string };
    const docker = `#!/bin/sh
case "$1 $2" in
  "image ls") cat ${folder}/images ;;
  "ps --all") echo "those of \${11#ancestor=}, $5 $7 $9" | tr ' ' '-' ;;
  "rm --volumes") echo "rm $3" >>${folder}/log ;;
  "image rm") [ "$3" != "${held}" ] || { echo "conflict: $3 is used" >&2; exit 1; }; echo "image rm $3" >>${folder}/log ;;
  "exec -i") shift 3; [ "$1 $2 $3" = "sh -s --" ] && sed "s#${data}#${folder}/data#" | sh -s -- "$4" ;;
esac
`;
    writeFileSync(path.join(folder, "docker"), docker, { mode: 0o755 });
    const collect = `#!/bin/sh\necho "registry $1" >>${folder}/log\n[ ! -e ${folder}/fails ] || { echo "no space" >&2; exit 1; }\n`;
    writeFileSync(path.join(folder, "registry"), collect, { mode: 0o755 });
  }
  function run(hasRegistry: boolean) {
    const { env } = process;
    const input = removal(registry, [at("media", "1"), at("web", "2")], hasRegistry);
    const { status, stdout, stderr } = spawnSync("sh", ["-s"], { input, env, encoding: "utf8" });
    return { status, gone: stdout.split("\n").filter(Boolean), stderr };
  }
  const ours = (name: string, digit: string) => `${registry}/${at(name, digit)}`;
  const others = ["barecast/registry@<none>", `${registry}/web@<none>`, `nginx@sha256:${digest("9")}`, `192.0.2.1:50001/${at("web", "1")}`];

  test("takes what nobody uses from Docker and the registry, and lets its garbage be collected; no other image is named", () => {
    given(
      [ours("web", "1"), ours("web", "2"), ours("media", "1"), ...others],
      [...[["web", "1"] as const, ["web", "2"] as const, ["media", "1"] as const, ["gone", "2"] as const]],
    );
    expect(run(true)).toEqual({ status: 0, gone: [at("web", "1"), at("gone", "2"), at("web", "1")], stderr: "" });
    const containers = `those-of-${ours("web", "1")},-status=created-status=exited-status=dead`;
    expect(log()).toEqual([`rm ${containers}`, `image rm ${ours("web", "1")}`, "registry garbage-collect"]);
    expect(readdirSync(inRegistry("web", "_manifests/revisions/sha256"))).toEqual([digest("2")]);
    expect(readdirSync(inRegistry("media", "_manifests/revisions/sha256"))).toEqual([digest("1")]);
  });

  test("garbage whose collection failed is collected by the next one", () => {
    given([], [["web", "1"]]);
    writeFileSync(path.join(folder, "fails"), "");
    expect(run(true)).toEqual({ status: 1, gone: [at("web", "1")], stderr: "no space\n" });
    rmSync(path.join(folder, "fails"));
    expect(run(true)).toEqual({ status: 0, gone: [], stderr: "" });
    expect(run(true)).toEqual({ status: 0, gone: [], stderr: "" });
    expect(log()).toEqual(["registry garbage-collect", "registry garbage-collect"]);
  });

  test("does nothing where all is used; without a registry none is asked", () => {
    given([ours("web", "2"), ...others], [["web", "2"]]);
    expect(run(true)).toEqual({ status: 0, gone: [], stderr: "" });
    expect(run(false)).toEqual({ status: 0, gone: [], stderr: "" });
    expect(log()).toEqual([]);
  });

  test("goes on after an image that Docker does not give away, and says so", () => {
    given([ours("web", "1"), ours("web", "3")], [], ours("web", "1"));
    const { status, gone, stderr } = run(false);
    expect({ gone, stderr: stderr.trim() }).toEqual({ gone: [at("web", "3")], stderr: `conflict: ${ours("web", "1")} is used` });
    expect(status).toBe(1);
  });
});

describe("over a site", () => {
  const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIHKxpOv4OaBCVKUEKOVxHYS4vb9PlH8l83OMd8BIsFW";
  const text = `site: demo
domain: demo.test
hosts:
  one: { address: 192.0.2.1, roles: [edge, manager, turn, apps, store], ssh: { hostKey: ${hostKey} } }
  two: { address: 192.0.2.2, roles: [media], ssh: { hostKey: ${hostKey} } }
`;
  /** Hosts that answer so: the manager what is used, both their removal. What they were asked lies in files of their addresses. */
  async function removed(used: string, one: string, two: string) {
    const ssh = `#!/bin/sh
for host; do case $host in root@*) break ;; esac; done
asked=$(cat)
printf '%s' "$asked" >>"${folder}/\${host#root@}"
case "$host $asked" in
  *"service ls"*) ${used} ;;
  root@192.0.2.1*) ${one} ;;
  *) ${two} ;;
esac
`;
    writeFileSync(path.join(folder, "ssh"), ssh, { mode: 0o755 });
    const site = parseSite(text, "demo.yaml");
    const { signal } = new AbortController();
    const context = { site, place: placeOf(folder, "demo", {}), signal } as Context;
    return removeOldImages(context, [at("web", "3")]);
  }
  const asked = (address: string) => readFileSync(path.join(folder, address), "utf8");

  test("each host is asked to keep what is used and what this version has, the first manager's registry, too; hosts where nothing went are not told", async () => {
    const found = await removed(`echo ${registry}/${at("web", "2")}`, "true", `printf '%s\\n' ${at("web", "1")}`);
    expect(found).toEqual([{ host: "two", images: [at("web", "1")] }]);
    for (const address of ["192.0.2.1", "192.0.2.2"]) expect(asked(address)).toContain(`kept='\n${at("web", "2")}\n${at("web", "3")}\n'`);
    expect(asked("192.0.2.1")).toContain("registry garbage-collect");
    expect(asked("192.0.2.2")).not.toContain("barecast-registry");
  });

  test("hosts that fail, or do not answer, are told with what they said last; the others' images went", async () => {
    const silent = "echo 'ssh: connect to host 192.0.2.2 port 22: No route to host' >&2; exit 255";
    const found = await removed(
      `echo ${registry}/${at("web", "2")}`,
      `echo ${at("web", "1")}; echo first >&2; echo no space >&2; exit 1`,
      silent,
    );
    expect(found).toEqual([
      { host: "one", images: [at("web", "1")], problem: "hosts.one: Expected its old images to go, found: no space" },
      {
        host: "two",
        images: [],
        problem: "hosts.two: Expected an answer by SSH, found: ssh: connect to host 192.0.2.2 port 22: No route to host",
      },
    ]);
  });

  test("where nobody says what is used, nothing is removed", async () => {
    expect(await removed("true", "exit 1", "exit 1")).toEqual([]);
    await expect(removed("echo 'no daemon' >&2; exit 1", "true", "true")).rejects.toThrow("no daemon");
    expect(asked("192.0.2.1")).not.toContain("image rm");
  });
});
