/** A node of the swarm, as far as placement looks at it. */
export interface SwarmNode {
  ID: string;
  Spec: { Role: string; Availability: string; Labels?: Record<string, string> };
  Description?: { Hostname?: string; Platform?: { OS?: string; Architecture?: string }; Engine?: { Labels?: Record<string, string> } };
  Status: { State: string };
}

/**
 * How many tasks a global service is to have: the active, ready nodes that meet its constraints.
 * @returns undefined when a constraint can't be understood
 */
export function globalTasks(nodes: SwarmNode[], constraints: string[]): number | undefined {
  const tests = constraints.map((text) => /^\s*([\w.-]+)\s*(==|!=)\s*(.*?)\s*$/.exec(text));
  const ready = nodes.filter(({ Spec, Status }) => Spec.Availability === "active" && Status.State === "ready");
  if (tests.includes(null)) return undefined;
  const meets = (node: SwarmNode): boolean =>
    tests.every((test) => {
      const [, key = "", operator, wanted] = test!;
      return (attribute(node, key)?.toLowerCase() === wanted?.toLowerCase()) === (operator === "==");
    });
  return ready.filter(meets).length;
}

function attribute({ ID, Spec, Description }: SwarmNode, key: string): string | undefined {
  if (key.startsWith("node.labels.")) return Spec.Labels?.[key.slice("node.labels.".length)];
  if (key.startsWith("engine.labels.")) return Description?.Engine?.Labels?.[key.slice("engine.labels.".length)];
  const known: Record<string, string | undefined> = {
    "node.id": ID,
    "node.role": Spec.Role,
    "node.hostname": Description?.Hostname,
    "node.platform.os": Description?.Platform?.OS,
    "node.platform.arch": Description?.Platform?.Architecture,
  };
  return known[key];
}
