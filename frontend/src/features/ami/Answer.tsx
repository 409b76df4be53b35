import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useId } from 'react';
import type { ReactNode } from 'react';

import { problemOf } from '../../lib/graphql/errors';
import { ErrorState, LoadingState } from '../../ui/StateMessage';

import { backendOf, toldOf } from './backends';
import type { Analysis } from './useAnalysis';

interface Props<Data> {
  title: string;
  /** What exactly is shown: days, exclusions. */
  note?: ReactNode;
  analysis: Analysis<Data>;
  /** The root field, to say which store answered it. */
  field: string;
  tools?: ReactNode;
  minHeight?: number;
  testId: string;
  children: (data: Data) => ReactNode;
}

/** A question with its answer, or what came of it; below it which store answered. */
export function Answer<Data>({ title, note, analysis, field, tools, minHeight = 160, testId, children }: Props<Data>) {
  const { data, error, isFetching, extensions, refresh } = analysis;
  const backend = backendOf(extensions, field);
  return (
    <Part
      title={title}
      note={note}
      tools={tools}
      testId={testId}
      foot={
        data !== undefined &&
        backend !== null && (
          <Typography
            variant="caption"
            component="p"
            data-testid={`${testId}-backend`}
            sx={{ mt: 0.5, color: backend.isStale || backend.fallbackReason !== null ? 'warning.main' : 'text.secondary' }}
          >
            {toldOf(backend)}.
          </Typography>
        )
      }
    >
      {error !== undefined && !isFetching ? (
        <ErrorState title={problemOf(error).message} onRetry={refresh} />
      ) : data === undefined ? (
        <LoadingState label={`Loading: ${title}`} minHeight={minHeight} />
      ) : (
        <Box aria-busy={isFetching} sx={{ opacity: isFetching ? 0.6 : 1 }}>
          {children(data)}
        </Box>
      )}
    </Part>
  );
}

interface PartProps {
  title: string;
  note?: ReactNode;
  tools?: ReactNode;
  foot?: ReactNode;
  testId: string;
  children: ReactNode;
}

/** A part of the page under its heading. */
export function Part({ title, note, tools, foot, testId, children }: PartProps) {
  const id = useId();
  return (
    <Box
      component="section"
      aria-labelledby={id}
      data-testid={testId}
      sx={{ bgcolor: 'background.paper', border: 1, borderColor: 'divider', borderRadius: 1, p: 1.5, mb: 1.5, minWidth: 0 }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', columnGap: 1.5, rowGap: 0.5, mb: 1, minHeight: 30 }}>
        <Typography id={id} variant="h2" component="h2">
          {title}
        </Typography>
        {note !== undefined && (
          <Typography variant="caption" sx={{ color: 'text.secondary' }}>
            {note}
          </Typography>
        )}
        <Box sx={{ flex: 1 }} />
        {tools}
      </Box>
      {children}
      {foot}
    </Box>
  );
}
