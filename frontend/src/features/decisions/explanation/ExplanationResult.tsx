import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { formatNumber, humanize, UNKNOWN } from '../../../lib/format';
import { FactList } from '../../../ui/FactList';
import { Fold } from '../../../ui/Fold';
import { EmptyState } from '../../../ui/StateMessage';
import { Loaded } from '../Loaded';
import { Part } from '../Part';
import { AssetLink } from '../links';
import type { StudyRow } from '../queries';

import { ExplanationQuery } from './queries';
import type { Statement } from './queries';

const PARTS = [
  { part: 'SUMMARY', title: 'What happened' },
  { part: 'PATIENT_ZERO', title: 'What failed first' },
  { part: 'WAVES', title: 'How it spread' },
  { part: 'RECOMMENDATION', title: 'What would have stopped it, or brings the load back' },
] as const;

/** An explanation in sentences, each with the figures it rests on. */
export function ExplanationResult({ study }: { study: StudyRow }) {
  return (
    <Loaded query={ExplanationQuery} id={study.studyId} what="The explanation" pick={(data) => data.decisionStudy?.explanation}>
      {(statements) =>
        statements.length === 0 ? (
          <EmptyState title="There is nothing to say of this run" />
        ) : (
          <>
            {PARTS.map(({ part, title }) => {
              const own = statements.filter((statement) => statement.part === part);
              return own.length === 0 ? null : (
                <Part key={part} title={title} testId={`explanation-${part}`}>
                  {own.map((statement, index) => (
                    <Said key={index} statement={statement} />
                  ))}
                </Part>
              );
            })}
          </>
        )
      }
    </Loaded>
  );
}

function Said({ statement }: { statement: Statement }) {
  const facts = Object.entries(statement.facts);
  return (
    <Box sx={{ mb: 1 }}>
      <Typography variant="body2" sx={{ maxWidth: 900 }}>
        {statement.text}
      </Typography>
      {facts.length > 0 && (
        <Fold summary={`Evidence: ${humanize(statement.topic).toLowerCase()}`}>
          <Box sx={{ maxWidth: 520 }}>
            <FactList facts={facts.map(([name, value]) => ({ label: humanize(name), value: <Fact value={value} /> }))} />
          </Box>
        </Fold>
      )}
    </Box>
  );
}

const ASSET = /^[A-Z]{2,8}-[A-Za-z0-9_.:-]+$/;

function Fact({ value }: { value: unknown }) {
  if (value === null || value === undefined) return UNKNOWN;
  if (typeof value === 'number') return formatNumber(value, Number.isInteger(value) ? 0 : Math.abs(value) < 1 ? 4 : 2);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return ASSET.test(value) ? <AssetLink id={value} /> : value;
  if (Array.isArray(value)) {
    const parts: readonly unknown[] = value;
    return parts.map((each, index) => (
      <span key={index}>
        {index > 0 && ', '}
        <Fact value={each} />
      </span>
    ));
  }
  return JSON.stringify(value);
}
