/** One thing to do, as data. Paths are absolute. Only `shell.ts` does it. */
export type Step =
  /** Runs a program; its output goes to the image's log. `isRoot`: through sudo where we are not root. */
  | {
      readonly do: "run";
      readonly command: readonly string[];
      readonly cwd?: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly isRoot?: boolean;
    }
  /** Makes an empty folder, whatever was there. */
  | { readonly do: "empty"; readonly folder: string }
  /** Makes a folder where there is none. */
  | { readonly do: "folder"; readonly folder: string }
  /** Copies a file or a folder with its content; names that `except` matches are left out. Links become what they point to. */
  | { readonly do: "copy"; readonly from: string; readonly to: string; readonly except?: RegExp }
  /** Copies what a compiler wrote, but for what it wrote for sources that are gone since. */
  | { readonly do: "copy compiled"; readonly from: string; readonly sources: string; readonly to: string; readonly except: RegExp }
  | { readonly do: "remove"; readonly path: string }
  | { readonly do: "rename"; readonly from: string; readonly to: string }
  /** Makes an OCI layout of an unpacked `docker save`. */
  | { readonly do: "layout"; readonly saved: string; readonly layout: string; readonly blobs: string };
