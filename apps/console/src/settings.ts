/** The site's title, from `/config.json` beside the page. */
export async function readTitle(): Promise<string> {
  try {
    const settings = (await (await fetch("/config.json")).json()) as { title?: unknown };
    if (typeof settings.title === "string" && settings.title !== "") return settings.title;
  } catch {
    // A page without its settings still works.
  }
  return "Control room";
}
