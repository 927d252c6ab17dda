import type { Operations, TypeName } from "../protocol";
import { MediaElement } from "./mediaElement";
import type { Context, MediaObject } from "./mediaObject";

export type UriState = "START" | "PAUSE" | "STOP";

/** PlayerEndpoint and RecorderEndpoint: something with an address that starts, pauses and stops. */
export abstract class UriEndpoint extends MediaElement {
  state: UriState = "STOP";

  constructor(
    type: TypeName,
    context: Context,
    parent: MediaObject,
    readonly uri: string,
  ) {
    super(type, context, parent);
  }

  abstract pause(): void | Promise<void>;
  abstract stop(): void | Promise<void>;

  /** Tells the client when it is a change. */
  protected setState(state: UriState): boolean {
    if (state === this.state) return false;
    this.state = state;
    this.raise("UriEndpointStateChanged", { state });
    return true;
  }
}

export const uriEndpointOperations: Operations<"UriEndpoint", UriEndpoint> = {
  getState: (self) => self.state,
  getUri: (self) => self.uri,
  pause: (self) => self.pause(),
  stop: (self) => self.stop(),
};
