import type { IceServer } from "@barecast/signaling/messages";

export interface Granted {
  readonly iceServers: IceServer[];
  readonly iceTtlSeconds: number;
}

/** STUN and TURN servers with credentials that hold now: new ones are asked for after three quarters of their time. */
export class IceServers {
  current: IceServer[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly renew: () => Promise<Granted>) {}

  take({ iceServers, iceTtlSeconds }: Granted): void {
    this.current = iceServers;
    this.stop();
    // When it fails the next authentication brings new ones.
    this.timer = setTimeout(
      () =>
        void this.renew().then(
          (granted) => this.take(granted),
          () => undefined,
        ),
      iceTtlSeconds * 750,
    );
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
