import { useCallback, useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

/** How near the place followed counts as being there. */
const NEAR_PX = 60;
const MARGIN_PX = 8;

export interface FollowEnd {
  frameRef: RefObject<HTMLDivElement | null>;
  contentRef: RefObject<HTMLDivElement | null>;
  /** The reader has scrolled back: new content is not followed. */
  isAway: boolean;
  toEnd: () => void;
}

/**
 * Keeps the end of growing content in view, but never scrolls the newest question out of it: a long answer is
 * read from its beginning. A reader who has scrolled back is left alone.
 */
export function useFollowEnd(questionSelector: string): FollowEnd {
  const frameRef = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const [isAway, setAway] = useState(false);
  const followsRef = useRef(true);

  const target = useCallback((): number => {
    const frame = frameRef.current;
    if (frame === null) return 0;
    const end = frame.scrollHeight - frame.clientHeight;
    const question = [...frame.querySelectorAll<HTMLElement>(questionSelector)].at(-1);
    if (question === undefined) return end;
    const top = question.getBoundingClientRect().top - frame.getBoundingClientRect().top + frame.scrollTop;
    return Math.min(end, top - MARGIN_PX);
  }, [questionSelector]);

  const toEnd = useCallback(() => {
    followsRef.current = true;
    setAway(false);
    const frame = frameRef.current;
    if (frame !== null) frame.scrollTop = target();
  }, [target]);

  useEffect(() => {
    const frame = frameRef.current;
    const content = contentRef.current;
    if (frame === null || content === null) return undefined;
    const onScroll = (): void => {
      followsRef.current = frame.scrollTop >= target() - NEAR_PX;
      setAway(!followsRef.current);
    };
    const observer = new ResizeObserver(() => {
      // Never back up: the reader may have gone ahead.
      if (followsRef.current) frame.scrollTop = Math.max(frame.scrollTop, target());
    });
    observer.observe(content);
    observer.observe(frame);
    frame.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      frame.removeEventListener('scroll', onScroll);
    };
  }, [target]);

  return { frameRef, contentRef, isAway, toEnd };
}
