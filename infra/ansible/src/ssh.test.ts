import { sshProblem } from "./ssh";

const changed = [
  "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
  "The fingerprint for the ED25519 key sent by the remote host is",
  "SHA256:Fc5CbncwnXvNH8XKNmXc715b4Vrsrdm+/C9CHVcbRyM.",
  "Host key verification failed.",
];

test.each([
  [
    changed,
    "hosts.one.ssh.hostKey: Expected the host to show this key, found another (SHA256:Fc5CbncwnXvNH8XKNmXc715b4Vrsrdm+/C9CHVcbRyM). Nothing",
  ],
  [
    ["No ED25519 host key is known for 203.0.113.10", "Host key verification failed."],
    "hosts.one.ssh.hostKey: Expected the host to show this key, found another. Nothing",
  ],
  [
    ["root@203.0.113.10: Permission denied (publickey)."],
    "hosts.one: Expected to be let in by SSH, found: root@203.0.113.10: Permission denied (publickey). Put",
  ],
  [
    ["Warning: something", "connect to host 203.0.113.10 port 22: Connection refused", ""],
    "hosts.one: Expected an answer by SSH, found: connect to host 203.0.113.10 port 22: Connection refused",
  ],
  [[], "hosts.one: Expected an answer by SSH, found: none"],
])("what ssh said is told in a sentence, with what to do: %#", (said, begins) => {
  expect(sshProblem("one", said.join("\n")).slice(0, begins.length)).toBe(begins);
});
