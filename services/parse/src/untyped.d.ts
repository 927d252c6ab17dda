declare module "parse-dashboard" {
  import type { Express } from "express";
  export default function ParseDashboard(config: object, options?: object): Express;
}

declare module "parse-server/lib/Adapters/Storage/Postgres/PostgresStorageAdapter" {
  export default class PostgresStorageAdapter {
    constructor(settings: { databaseOptions: object });
    count(className: string, schema: object, query: object, readPreference?: string, isEstimate?: boolean): Promise<number>;
  }
}
