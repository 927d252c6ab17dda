import js from "@eslint/js";
import importX, { createNodeResolver } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

// One-way arrows: what the sources of each part may know of the others. The model (site, stack) knows no backend, services know nothing of where
// they run, and pages know the messages alone. tests/e2e and bench, which nothing knows, may know all.
const knows = {
  "infra/waiting": [],
  "infra/site": ["waiting"],
  "infra/stack": ["site"],
  "infra/machines": ["site", "waiting"],
  "infra/images": ["site", "stack", "stack/images", "waiting"],
  "infra/ansible": ["site", "stack", "images", "waiting"],
  "infra/runner": ["waiting"],
  "infra/pulumi": ["site", "stack", "images", "ansible"],
  "infra/cli": ["site", "stack", "machines", "images", "ansible", "runner", "runner/api", "waiting", "signaling/messages"],
  "services/signaling": [],
  "services/media": [],
  "services/parse": [],
  "apps/core": ["signaling/messages"],
  "apps/console": ["core"],
  "apps/reporter": ["core"],
};
/** What tests of a part need besides. */
const testsKnow = {
  "infra/images": ["stack/example"],
  "infra/ansible": ["machines", "stack/testing"],
  "infra/cli": ["runner/testing", "site/certificates"],
  "services/signaling": ["media"],
};
const mayKnow = (folder, names) => ({
  "no-restricted-imports": [
    "error",
    {
      patterns: [
        { regex: `^@barecast/(?!(${names.join("|")})$)`, message: `${folder} may know ${names.join(", ") || "nothing"} of the others` },
      ],
    },
  ],
});
const byName = Object.entries(knows).flatMap(([folder, names]) => [
  { files: [`${folder}/**/*.{ts,tsx}`], rules: mayKnow(folder, names) },
  {
    files: [`${folder}/**/*.{test,itest}.{ts,tsx}`, `${folder}/**/testing/**`],
    rules: mayKnow(folder, [...names, ...(testsKnow[folder] ?? [])]),
  },
]);
export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", ".tools/**", ".cache/**", ".state/**", "coverage/**", "**/fixtures/**"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    plugins: { "import-x": importX },
    // Without it the rule of paths finds no source, and says nothing.
    settings: { "import-x/resolver-next": [createNodeResolver({ extensions: [".ts", ".tsx", ".mjs", ".js", ".json"] })] },
    rules: {
      // By a path no part reaches into another: only by its name.
      "import-x/no-relative-packages": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true }],
      "no-console": "off",
      // The rule of arrows looks at imports that load at once: what is loaded later is of the same part, or a package.
      "no-restricted-syntax": [
        "error",
        { selector: "ImportExpression[source.value=/^@barecast/]", message: "Import another part at the top" },
      ],
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  ...byName,
  // A dynamic provider's functions are serialised: a module looked up by name is all that they may hold.
  { files: ["infra/pulumi/src/hosts.ts", "infra/pulumi/src/images.ts"], rules: { "@typescript-eslint/no-require-imports": "off" } },
  {
    files: ["**/*.js", "**/*.mjs"],
    languageOptions: {
      globals: {
        require: "readonly",
        module: "writable",
        process: "readonly",
        __dirname: "readonly",
        console: "readonly",
        Buffer: "readonly",
      },
    },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
