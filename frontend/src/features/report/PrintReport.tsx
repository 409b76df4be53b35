import Backdrop from '@mui/material/Backdrop';
import { useEffect, useRef, useState } from 'react';

import { ageSeconds, formatAge, formatInstant } from '../../lib/format';
import { schemeForPaper } from '../../lib/preferences';
import { LoadingState } from '../../ui/StateMessage';

import { ReportHeader } from './ReportHeader';
import { paperIsReady, pictureOfMap, unfold } from './prepare';

interface Props {
  title: string;
  territory: string;
  username: string;
  timeZone: string | undefined;
  /** When each layer was last known to equal its source. */
  confirmedAt: readonly (string | null)[];
  onDone: () => void;
}

/** Makes the page ready for paper, hands it to the browser's print dialog, and puts everything back. */
export function PrintReport({ title, territory, username, timeZone, confirmedAt, onDone }: Props) {
  const [at] = useState(() => new Date());
  const [picture, setPicture] = useState<string | null>(null);
  const [isReady, setReady] = useState(false);
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  });

  useEffect(() => {
    const abort = new AbortController();
    schemeForPaper.set('light');
    const make = async (): Promise<void> => {
      await paperIsReady(abort.signal);
      const image = await pictureOfMap();
      if (abort.signal.aborted) return;
      setPicture(image);
      setReady(true);
    };
    void make();
    return () => {
      abort.abort();
      schemeForPaper.set(null);
    };
  }, []);

  useEffect(() => {
    if (!isReady) return undefined;
    const fold = unfold(document.querySelector('main'));
    const before = document.title;
    // The browser proposes the title as the name of the file.
    document.title = `${title}, ${formatInstant(at.toISOString(), timeZone)}`;
    // The header and its picture must have been laid out.
    const frame = requestAnimationFrame(() => {
      setTimeout(() => {
        window.print();
        done.current();
      });
    });
    return () => {
      cancelAnimationFrame(frame);
      document.title = before;
      fold();
    };
  }, [isReady, title, at, timeZone]);

  const ages = confirmedAt.map((each) => ageSeconds(each, at.getTime())).filter((age) => age !== null);
  return (
    <>
      {!isReady && (
        <Backdrop open sx={{ zIndex: 1_600 }}>
          <LoadingState label="Making the report" />
        </Backdrop>
      )}
      <ReportHeader
        title={title}
        facts={[
          ['Territory', territory],
          ['Made', formatInstant(at.toISOString(), timeZone) + (timeZone === undefined ? '' : ` (${timeZone})`)],
          ['By', username],
          ['Data', ages.length === 0 ? 'age unknown' : `synced ${formatAge(Math.max(...ages))} ago, by the layer that waits longest`],
          ['Address', window.location.href],
        ]}
        picture={picture}
      />
    </>
  );
}
