import { moveTenant } from "../src/index.ts";
import { type Installation, openProcess } from "./installation.ts";

/** Moves a tenant, and is gone at a step. */
const [installation = "", to = "", step = ""] = process.argv.slice(2);
const { moveOptions } = await openProcess(JSON.parse(installation) as Installation);
const options = moveOptions({
  onStep(reached) {
    if (reached === step) process.kill(process.pid, "SIGKILL");
  },
});
await moveTenant(options, to === "shared" ? "shared" : { server: to });
