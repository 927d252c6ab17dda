/** Where in a value something is missing that a text or a number was made of: `services.2.env.PORT: NaN`. */
export function unrendered(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([key, below]) => unrendered(below, [...path, key]));
  return /undefined|NaN|\[object/.test(String(value)) ? [`${path.join(".")}: ${String(value)}`] : [];
}
