import { startBrowser, type Browser } from "./browser";
import { startCamera, type Camera, type CameraLogin } from "./camera";
import { storyClip } from "./clip";
import type { Access } from "./firewall";
import { clientNetwork, type ClientNetwork } from "./networks";
import { sharedSite } from "./sharedSite";
import type { SiteUnderTest } from "./site";

/** What a story puts up around the site; all of it is taken away again when the story ends, last first. */
export class Scene {
  private readonly undoing: (() => Promise<unknown>)[] = [];
  private isChanged = false;

  private constructor(readonly site: SiteUnderTest) {}

  /** Around the site that stories share. */
  static async open(): Promise<Scene> {
    return new Scene(await sharedSite());
  }
  /** Around a site of a story's own. */
  static around(site: SiteUnderTest): Scene {
    return new Scene(site);
  }

  /** Somebody with a phone: a browser with a camera, in a network of its own. */
  phone(access: Access = "open"): Promise<Browser> {
    return this.browser(access, true);
  }
  /** Somebody at a desk. */
  desk(access: Access = "open"): Promise<Browser> {
    return this.browser(access, false);
  }
  async camera(login?: CameraLogin): Promise<Camera> {
    const camera = await startCamera(this.site.about.network, login);
    this.undoing.push(() => camera.container.stop({ timeout: 0 }));
    return camera;
  }
  /** Lays changes over the site's file, in place of earlier ones, and brings it up. */
  async change(changes: Record<string, unknown>): Promise<void> {
    if (!this.isChanged) this.undoing.push(() => this.undoChanges());
    this.isChanged = true;
    await this.site.change(changes);
  }
  /** Takes all changes back at once, not only at the end. */
  async undoChanges(): Promise<void> {
    if (!this.isChanged) return;
    this.isChanged = false;
    await this.site.barecast.up();
  }

  /** Takes everything away; the first failure is told when all was tried. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const undo of this.undoing.splice(0).reverse()) await undo().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  /** A client's network, without anybody in it yet. */
  async clients(access: Access = "open"): Promise<ClientNetwork> {
    const network = await clientNetwork(this.site.about.network, access);
    this.undoing.push(() => network.remove());
    return network;
  }

  private async browser(access: Access, hasCamera: boolean): Promise<Browser> {
    const network = await this.clients(access);
    const browser = await startBrowser(network, this.site.known, hasCamera ? { camera: storyClip } : {});
    this.undoing.push(() => browser.close());
    return browser;
  }
}
