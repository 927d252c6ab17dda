/** Parse Server's push adapter where push is not configured: it knows no kind of device, and refuses to send. */
class NoPushAdapter {
  getValidPushTypes(): string[] {
    return [];
  }

  async send(): Promise<never> {
    throw new Error("Push is not configured on this site");
  }
}

// As Parse Server's import() of a CommonJS module wants it.
export = NoPushAdapter;
