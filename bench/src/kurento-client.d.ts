/** kurento-client 7.3 ships no types: what the benches use of it. */
declare module "kurento-client" {
  export interface Remote {
    readonly id: string;
    on(
      event: "IceCandidateFound",
      listener: (data: { candidate: { candidate: string; sdpMid: string; sdpMLineIndex: number } }) => void,
    ): void;
    create(type: "MediaPipeline" | "WebRtcEndpoint"): Promise<Remote>;
    connect(sink: Remote): Promise<void>;
    processOffer(offer: string): Promise<string>;
    gatherCandidates(): Promise<void>;
    addIceCandidate(candidate: unknown): Promise<void>;
    setMaxVideoSendBandwidth(kilobitsPerSecond: number): Promise<void>;
    getPipelines(): Promise<Remote[]>;
    getChildren(): Promise<Remote[]>;
    getName(): Promise<string>;
    release(): Promise<void>;
  }
  export interface Client {
    create(type: "MediaPipeline"): Promise<Remote>;
    create(type: "WebRtcEndpoint", parameters: { mediaPipeline: Remote }): Promise<Remote>;
    getMediaobjectById(id: string): Promise<Remote>;
    close(): void;
  }
  const connect: {
    (url: string, options?: object): Promise<Client>;
    getComplexType(name: "IceCandidate"): (value: object) => unknown;
  };
  export default connect;
}
