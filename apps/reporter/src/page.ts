/** An element of index.html by id and type. @throws when the page and this code do not belong together. */
export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html has no ${type.name} with the id ${id}`);
  return found;
}

export function show(part: HTMLElement, isShown: boolean): void {
  part.hidden = !isShown;
}

/** Puts text into a part's element, and says which one. */
export function textOf(part: HTMLElement, selector: string, text: string): HTMLElement {
  const found = part.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`index.html has no ${selector} in ${part.id}`);
  found.textContent = text;
  return found;
}
