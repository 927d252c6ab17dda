import js from "@eslint/js";
import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

// One-way arrows: site <- stack <- pulumi, ansible, images, machines, cli. The model knows no backend.
const arrows = [
  {
    target: "./infra/waiting/src",
    from: [
      "./infra/site",
      "./infra/stack",
      "./infra/machines",
      "./infra/images",
      "./infra/pulumi",
      "./infra/ansible",
      "./infra/runner",
      "./infra/cli",
      "./services",
      "./apps",
    ],
  },
  {
    target: "./infra/site/src",
    from: [
      "./infra/stack",
      "./infra/machines",
      "./infra/images",
      "./infra/pulumi",
      "./infra/ansible",
      "./infra/runner",
      "./infra/cli",
      "./services",
      "./apps",
    ],
  },
  {
    target: "./infra/stack/src",
    from: [
      "./infra/machines",
      "./infra/images",
      "./infra/pulumi",
      "./infra/ansible",
      "./infra/runner",
      "./infra/cli",
      "./services",
      "./apps",
    ],
  },
  {
    target: "./infra/runner/src",
    from: [
      "./infra/site",
      "./infra/stack",
      "./infra/machines",
      "./infra/images",
      "./infra/pulumi",
      "./infra/ansible",
      "./infra/cli",
      "./services",
      "./apps",
    ],
  },
  { target: "./infra/images/src", from: ["./infra/pulumi", "./infra/ansible", "./infra/runner", "./infra/cli", "./services", "./apps"] },
  { target: "./infra/ansible/src", from: ["./infra/pulumi", "./infra/images", "./infra/runner", "./infra/cli", "./services", "./apps"] },
  {
    target: "./infra/machines/src",
    from: ["./infra/pulumi", "./infra/images", "./infra/ansible", "./infra/runner", "./infra/cli", "./services", "./apps"],
  },
  { target: "./services", from: ["./infra", "./apps"] },
  { target: "./apps/core/src", from: ["./apps/console", "./apps/reporter", "./infra"] },
];
const names = {
  "./infra/waiting": "waiting",
  "./infra/site": "site",
  "./infra/stack": "stack",
  "./infra/machines": "machines",
  "./infra/images": "images",
  "./infra/pulumi": "pulumi",
  "./infra/ansible": "ansible",
  "./infra/runner": "runner",
  "./infra/cli": "cli",
};
const byName = arrows.map(({ target, from }) => ({
  files: [`${target.slice(2)}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: from.flatMap((folder) =>
          names[folder]
            ? [{ group: [`@barecast/${names[folder]}`, `@barecast/${names[folder]}/*`], message: `${target} may not know ${folder}` }]
            : [],
        ),
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", ".tools/**", ".cache/**", ".state/**", "coverage/**", "**/fixtures/**"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    plugins: { "import-x": importX },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones: arrows }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true }],
      "no-console": "off",
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  ...byName.filter(({ rules }) => rules["no-restricted-imports"][1].patterns.length > 0),
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
