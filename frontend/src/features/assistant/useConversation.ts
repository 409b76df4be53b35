import { useCallback, useMemo, useState } from 'react';
import { useMutation, useQuery } from 'urql';

import type { ResultOf } from '../../gql/graphql';
import { problemOf, problemOfInfo } from '../../lib/graphql/errors';
import type { Problem } from '../../lib/graphql/errors';

import type { QuestionContext } from './context';
import { patchPanel } from './panelState';
import { AssistantThreadQuery, RetryAnswerMutation, SendMessageMutation, StopAnswerMutation } from './queries';
import type { AssistantMessage, ExchangeFieldsFragment } from './queries';
import { pathOf, ROOT, treeOf } from './tree';
import type { Chosen, PathEntry } from './tree';

type Exchange = ResultOf<typeof ExchangeFieldsFragment>;
type Thread = NonNullable<ResultOf<typeof AssistantThreadQuery>['assistantThread']>;

export interface Conversation {
  thread: Thread | null;
  path: readonly PathEntry<AssistantMessage>[];
  isLoading: boolean;
  /** The conversation is gone, or was never this user's. */
  isMissing: boolean;
  loadProblem: Problem | null;
  reload: () => void;
  /** The question on its way to the server. */
  pending: string | null;
  /** Why the last question was not taken. */
  problem: Problem | null;
  /** Ask; `parentId` is the answer it follows, null makes a first question. True if the server took it. */
  ask: (text: string, parentId: string | null, context: QuestionContext) => Promise<boolean>;
  retry: (answerId: string) => Promise<void>;
  stop: (answerId: string) => Promise<void>;
  choose: (parentKey: string, messageId: string) => void;
  clearProblem: () => void;
}

/** A conversation: its tree, the path through it that is shown, and what can be done in it. */
export function useConversation(threadId: string | null): Conversation {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: AssistantThreadQuery,
    variables: { id: threadId ?? '' },
    pause: threadId === null,
    requestPolicy: 'cache-and-network',
  });
  const [, send] = useMutation(SendMessageMutation);
  const [, sendRetry] = useMutation(RetryAnswerMutation);
  const [, sendStop] = useMutation(StopAnswerMutation);
  const [chosenIn, setChosenIn] = useState<Readonly<Record<string, Chosen>>>({});
  const [pending, setPending] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const found = data?.assistantThread ?? null;
  // While another conversation loads, the one before must not be taken for it.
  const thread = found !== null && found.id === threadId ? found : null;
  const tree = useMemo(() => treeOf(thread?.messages ?? []), [thread]);
  const chosen = chosenIn[threadId ?? ''];
  const path = useMemo(() => pathOf(tree, chosen ?? {}), [tree, chosen]);

  const chooseIn = useCallback((thread: string, change: Chosen): void => {
    setChosenIn((all) => ({ ...all, [thread]: { ...all[thread], ...change } }));
  }, []);
  const show = useCallback(
    ({ thread, question, answer }: Exchange): void => {
      chooseIn(thread.id, { [question.parentId ?? ROOT]: question.id, [question.id]: answer.id });
      patchPanel({ threadId: thread.id });
    },
    [chooseIn],
  );

  const ask = async (text: string, parentId: string | null, context: QuestionContext): Promise<boolean> => {
    setPending(text);
    setProblem(null);
    const sent = await send({ input: { text, threadId, parentId, context: { ...context, assetIds: [...context.assetIds] } } });
    setPending(null);
    const exchange = sent.data?.sendAssistantMessage;
    if (sent.error !== undefined) setProblem(problemOf(sent.error));
    else if (exchange?.__typename === 'OperationInfo') setProblem(problemOfInfo(exchange));
    else if (exchange?.__typename === 'AssistantExchange') {
      show(exchange);
      return true;
    }
    return false;
  };

  const retry = async (answerId: string): Promise<void> => {
    setProblem(null);
    const sent = await sendRetry({ input: { answerId } });
    const exchange = sent.data?.retryAssistantAnswer;
    if (sent.error !== undefined) setProblem(problemOf(sent.error));
    else if (exchange?.__typename === 'OperationInfo') setProblem(problemOfInfo(exchange));
    else if (exchange?.__typename === 'AssistantExchange') show(exchange);
  };

  const stop = async (answerId: string): Promise<void> => {
    const sent = await sendStop({ input: { answerId } });
    const stopped = sent.data?.stopAssistantAnswer;
    if (sent.error !== undefined) setProblem(problemOf(sent.error));
    else if (stopped?.__typename === 'OperationInfo') setProblem(problemOfInfo(stopped));
  };

  const isGone = threadId !== null && thread === null && !fetching;
  const failure = isGone && error !== undefined ? problemOf(error) : null;
  const isMissing = isGone && (failure === null ? data !== undefined : failure.code === 'NOT_FOUND');
  return {
    thread,
    path,
    isLoading: threadId !== null && thread === null && fetching,
    isMissing,
    loadProblem: isMissing ? null : failure,
    reload: () => refetch({ requestPolicy: 'network-only' }),
    pending,
    problem,
    ask,
    retry,
    stop,
    choose: (parentKey, messageId) => {
      if (threadId !== null) chooseIn(threadId, { [parentKey]: messageId });
    },
    clearProblem: () => setProblem(null),
  };
}
