import { clientMessageSchema, type ClientMessage } from "../messages";

/** The message that a frame holds, or what is wrong with it. */
export function parseMessage(text: string): ClientMessage | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return "Expected one JSON object a frame";
  }
  const parsed = clientMessageSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map(({ path, message }) => `${path.join(".") || "message"}: ${message}`).join("; ");
}
