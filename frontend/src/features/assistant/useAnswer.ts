import { useEffect, useMemo, useRef, useState } from 'react';
import { useClient } from 'urql';

import { problemOf } from '../../lib/graphql/errors';
import type { Problem } from '../../lib/graphql/errors';
import { linkState } from '../../lib/graphql/subscriptions';
import { useStore } from '../../lib/store';
import { usePersisting } from '../../lib/usePersisting';

import { NO_ANSWER, takeIn } from './answer';
import type { Answer, StoredEvent } from './answer';
import { AssistantAnswerSubscription, AssistantThreadQuery } from './queries';
import type { AssistantMessage } from './queries';

/** How long the websocket may be away before the answer is asked for by request instead. */
const GRACE_MS = 3_000;
const POLL_MS = 2_000;

export interface LiveAnswer {
  answer: Answer;
  isRunning: boolean;
  /** The connection is away: what comes meanwhile is asked for by request, with some delay. */
  isLinkDown: boolean;
  /** The answer cannot be followed: it may not be seen, or no longer exists. */
  problem: Problem | null;
}

/**
 * An answer, followed while it is being made.
 *
 * Events come by subscription from the first one not yet known; after a dropped connection likewise. As long
 * as there is none they are asked for by request. Which way an event comes, and how often, makes no difference.
 */
export function useAnswer(message: AssistantMessage, threadId: string): LiveAnswer {
  const client = useClient();
  const [streamed, setStreamed] = useState<Answer>(NO_ANSWER);
  const [problem, setProblem] = useState<Problem | null>(null);
  const answer = useMemo(() => takeInAll(streamed, message.events), [streamed, message.events]);
  // The server ends the subscription after the last event; who left before would cut it off in the act.
  const isFollowed = message.state === 'RUNNING' && problem === null;
  const isRunning = isFollowed && answer.doneReason === null;
  const drops = useDrops();
  const link = useStore(linkState);
  const isLinkDown = usePersisting(isRunning && link !== 'connected', GRACE_MS);

  const answerRef = useRef(answer);
  useEffect(() => {
    answerRef.current = answer;
  }, [answer]);

  useEffect(() => {
    if (!isFollowed) return undefined;
    const known = answerRef.current;
    const variables = { answerId: message.id, after: known.lastSeq };
    const following = client.subscription(AssistantAnswerSubscription, variables).subscribe(({ data, error }) => {
      if (error !== undefined && error.graphQLErrors.length > 0) setProblem(problemOf(error));
      const events = data?.assistantAnswer.events;
      if (events !== undefined) setStreamed((before) => takeIn(before.lastSeq < known.lastSeq ? known : before, events));
    });
    return () => following.unsubscribe();
  }, [client, message.id, isFollowed, drops]);

  // The rest of the message (its duration, the title of the conversation) is asked for when the answer is there.
  const isBehind = isLinkDown || (message.state === 'RUNNING' && answer.doneReason !== null);
  useEffect(() => {
    if (!isBehind) return undefined;
    const ask = (): void => {
      void client.query(AssistantThreadQuery, { id: threadId }, { requestPolicy: 'network-only' }).toPromise();
    };
    ask();
    const timer = setInterval(ask, POLL_MS);
    return () => clearInterval(timer);
  }, [client, isBehind, threadId]);

  return { answer, isRunning, isLinkDown, problem };
}

/** What came by subscription and what the message holds, whichever is further. */
function takeInAll(streamed: Answer, events: readonly StoredEvent[]): Answer {
  const stored = takeIn(NO_ANSWER, events);
  return stored.lastSeq >= streamed.lastSeq ? stored : streamed;
}

/** How often the websocket has been lost since the page of this answer was opened. */
function useDrops(): number {
  const [drops, setDrops] = useState(0);
  useEffect(
    () =>
      linkState.subscribe(() => {
        if (linkState.get() === 'closed') setDrops((count) => count + 1);
      }),
    [],
  );
  return drops;
}
