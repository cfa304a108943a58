import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Parts of the paths of the slowest test files. They start first, so that the run does not wait for one of them at its end. */
const slow = /kill|conformance|two-processes|large|matrix|import-export|interrupted|restart/;

/** Runs the slowest files of all projects first, and the others in vitest's order. */
export class SlowFirstSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification) => slow.test(moduleId);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}
