/** What Debian packages bring: programs, and files by their path; with the package's name. */
export const programs: Readonly<Record<string, string>> = {
  docker: "docker.io",
  dockerd: "docker.io",
  skopeo: "skopeo",
  debootstrap: "debootstrap",
  "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
  iptables: "iptables",
  python3: "python3",
};
