import { imageTable } from "../images";
import { attach } from "../networks";
import { health, memory, onRole, partOf, scratch, type Part, type StackInput } from "../part";

export const databaseFolder = "/var/lib/barecast/postgres";
const { data, run } = imageTable.postgres.paths as { data: string; run: string };

export const postgres = (input: StackInput): Part =>
  partOf(input, {
    key: "postgres",
    image: "postgres",
    env: { POSTGRES_USER: "parse", POSTGRES_DB: "parse", POSTGRES_PASSWORD_FILE: "/run/secrets/postgres", PGDATA: `${data}/pgdata` },
    networks: [attach(input.site, "core", "postgres")],
    binds: [{ source: databaseFolder, path: data, isReadOnly: false }],
    tmpfs: [scratch(), scratch(run, 4)],
    secretFiles: [{ key: "postgres-password", path: "/run/secrets/postgres", content: input.secrets.postgresPassword }],
    healthcheck: health(["pg_isready", "-q", "-h", "127.0.0.1", "-U", "parse", "-d", "parse"], 70_000),
    constraints: [onRole("store")],
    update: "stop-first",
    stopGraceSeconds: 30,
    memoryBytes: memory(512),
  });
