import type { Page } from "playwright-core";

/** A row of Parse, dates as ISO 8601 text, without what every row has. */
export type Row = Readonly<Record<string, unknown>>;

interface Order {
  readonly className: string;
  readonly where: object;
}

/** Rows that the person on this page may read, oldest first. @throws Error with Parse's refusal */
export async function rowsOf(page: Page, className: "Stream" | "Recording" | "Camera", where: object): Promise<Row[]> {
  const rows = await page.evaluate(
    async ({ className, where }: Order) => {
      const query = new URLSearchParams({ where: JSON.stringify(where), order: "createdAt" });
      const response = await fetch(`/api/classes/${className}?${query}`, { headers: { "X-Parse-Application-Id": "barecast" } });
      const body = (await response.json()) as { results?: Record<string, unknown>[]; error?: string };
      if (!body.results) throw new Error(`${className}: ${response.status} ${body.error}`);
      return body.results;
    },
    { className, where },
  );
  return rows.map(({ objectId: _id, createdAt: _created, updatedAt: _updated, ACL: _acl, ...fields }) =>
    Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, (value as { iso?: string }).iso ?? value])),
  );
}
