/** What is before the user: "this transformer" and "the run" mean it. */
export interface QuestionContext {
  assetIds: readonly string[];
  runId: string | null;
  workspace: string;
}

/** The context without what the user left out. */
export function contextWithout(context: QuestionContext, dropped: readonly string[]): QuestionContext {
  return {
    ...context,
    assetIds: context.assetIds.filter((assetId) => !dropped.includes(assetKey(assetId))),
    runId: context.runId !== null && dropped.includes(runKey(context.runId)) ? null : context.runId,
  };
}

export function assetKey(assetId: string): string {
  return `asset-${assetId}`;
}

export function runKey(runId: string): string {
  return `run-${runId}`;
}

/** What goes along with a question, one entry each. */
export function contextChips(context: QuestionContext): { key: string; label: string }[] {
  return [
    ...context.assetIds.map((assetId) => ({ key: assetKey(assetId), label: assetId })),
    ...(context.runId === null ? [] : [{ key: runKey(context.runId), label: `Run ${context.runId}` }]),
  ];
}
