import Box from '@mui/material/Box';
import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableRow from '@mui/material/TableRow';
import { useQuery } from 'urql';

import { humanize } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { useUnits } from '../../lib/preferences';
import { Fold } from '../../ui/Fold';
import { ErrorLine, LoadingState } from '../../ui/StateMessage';

import { LevelMark } from './LevelMark';
import { ExplanationQuery } from './queries';
import { stepName, stepValue } from './words';

/** How each number of a tree comes about, line by line. */
export function Explanation({ treeId }: { treeId: string }) {
  const units = useUnits();
  const [{ data, error, fetching }, refetch] = useQuery({ query: ExplanationQuery, variables: { treeId } });
  const explanation = data?.vegetationExplanation;
  if (explanation == null) {
    if (error !== undefined && !fetching) {
      return <ErrorLine title={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
    }
    return data === undefined ? <LoadingState label="Loading the explanation" minHeight={64} /> : null;
  }
  return (
    <Box component="section" aria-label="How it comes about" data-testid="tree-explanation" sx={{ mt: 1 }}>
      {explanation.lines.map((line, index) => (
        <Fold
          key={line.lineId}
          isOpenAtFirst={index === 0}
          summary={
            <>
              <Box component="span" sx={{ flex: 1 }}>
                {line.lineId} · {humanize(line.lineClass).toLowerCase()}
              </Box>
              <LevelMark level={line.growInLevel} isShort />
              <LevelMark level={line.fallInLevel} isShort />
            </>
          }
        >
          <MuiTable aria-label={`How the numbers for ${line.lineId} come about`}>
            <TableBody>
              {line.steps.map((step) => (
                <TableRow key={step.name} data-testid={`step-${step.name}`}>
                  <TableCell component="th" scope="row" sx={{ verticalAlign: 'top', width: '28%', color: 'text.secondary' }}>
                    {stepName(step.name)}
                  </TableCell>
                  <TableCell align="right" sx={{ verticalAlign: 'top', whiteSpace: 'nowrap' }}>
                    {stepValue(step, units)}
                  </TableCell>
                  <TableCell sx={{ fontSize: '0.6875rem', color: 'text.secondary' }}>{step.text}</TableCell>
                </TableRow>
              ))}
            </TableBody>
          </MuiTable>
        </Fold>
      ))}
      <Fold summary="What is assumed">
        <Box component="ul" sx={{ m: 0, pl: 2 }}>
          {explanation.assumptions.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </Box>
      </Fold>
    </Box>
  );
}
