import PostgresStorageAdapter from "parse-server/lib/Adapters/Storage/Postgres/PostgresStorageAdapter";

/** Parse's adapter, which counts: of whole classes it takes PostgreSQL's estimate otherwise, and that is 0 for what was never analysed. */
export class CountingAdapter extends PostgresStorageAdapter {
  override count(className: string, schema: object, query: object, readPreference?: string): Promise<number> {
    return super.count(className, schema, query, readPreference, false);
  }
}
