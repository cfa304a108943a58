import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest, as parts of their paths: whoever begins with them does not wait for one of them at the end. */
const slow = /kill|conformance|two-processes|large|matrix|import-export|interrupted|restart/;

/** Runs the slowest files of all projects first, and the others as vitest would. */
export class SlowFirstSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification) => slow.test(moduleId);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}
