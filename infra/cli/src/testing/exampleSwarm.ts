import type { SwarmNode, SwarmService, SwarmTask } from "../verbs/swarm";

// A swarm as Docker tells it.

const image = (digit: string) => `127.0.0.1:5000/web@sha256:${digit.repeat(64)}`;
/** A service of the site demo, with its ID for a name. */
export const service = (ID: string, Replicas: number, more: object = {}): SwarmService => ({
  ID,
  Spec: {
    Name: `demo-${ID}`,
    Labels: { "barecast.version": "1.26.3" },
    Mode: { Replicated: { Replicas } },
    TaskTemplate: { ContainerSpec: { Image: image("a") } },
  },
  ...more,
});
/** Its task, on node n1 since 14:02. */
export const task = (
  ServiceID: string,
  State: string,
  more: { at?: string; Err?: string; desired?: string; digit?: string; NodeID?: string } = {},
): SwarmTask => ({
  ServiceID,
  NodeID: more.NodeID ?? "n1",
  DesiredState: more.desired ?? "running",
  Spec: { ContainerSpec: { Image: image(more.digit ?? "a") } },
  Status: { State, Timestamp: more.at ?? "2026-11-23T14:02:11.123456789Z", ...(more.Err ? { Err: more.Err } : {}) },
});

export const node = (ID: string, Hostname: string, State = "ready"): SwarmNode => ({
  ID,
  Description: { Hostname },
  Spec: { Availability: "active" },
  Status: { State },
});
