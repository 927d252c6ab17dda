import { z } from "zod";

// Compiled validators need `eval`, which the pages' Content-Security-Policy forbids. Must run before any schema is made.
z.config({ jitless: true });
