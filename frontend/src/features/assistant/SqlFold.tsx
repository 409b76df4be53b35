import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import Typography from '@mui/material/Typography';

import { CopyButton } from '../../ui/CopyButton';
import { FactList } from '../../ui/FactList';
import { Fold } from '../../ui/Fold';

import type { SqlEvent } from './events';

/** The SQL behind numbers: what it asks in words, the values bound to it, and the statement itself. */
export function SqlFold({ sql }: { sql: SqlEvent }) {
  const parameters = Object.entries(sql.parameters ?? {});
  return (
    <Fold
      testId="answer-sql"
      summary={
        <>
          SQL
          {sql.isVerified && <Chip label="verified" color="success" variant="outlined" sx={{ height: 18, fontSize: '0.6875rem' }} />}
        </>
      }
    >
      {sql.explanation !== null && (
        <Typography variant="caption" component="p" sx={{ m: 0, mb: 0.5 }}>
          {sql.explanation}
        </Typography>
      )}
      <Box sx={{ position: 'relative' }}>
        <Box sx={{ position: 'absolute', top: 2, right: 2, bgcolor: 'background.paper', borderRadius: 1 }}>
          <CopyButton label="Copy the SQL" text={() => sql.sql} />
        </Box>
        <Box
          component="pre"
          tabIndex={0}
          role="region"
          aria-label="SQL statement"
          sx={{
            m: 0,
            p: 1,
            pr: 5,
            maxHeight: 280,
            overflow: 'auto',
            fontSize: '0.75rem',
            lineHeight: 1.45,
            whiteSpace: 'pre-wrap',
            overflowWrap: 'anywhere',
            bgcolor: 'action.hover',
            borderRadius: 1,
          }}
        >
          <code>{sql.sql}</code>
        </Box>
      </Box>
      {parameters.length > 0 && (
        <Box sx={{ mt: 0.5 }}>
          <FactList facts={parameters.map(([label, value]) => ({ label, value: value === null ? 'null' : String(value) }))} />
        </Box>
      )}
    </Fold>
  );
}
