import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { ReactNode } from 'react';

import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { Fold } from '../../ui/Fold';
import { Note } from '../../ui/Note';

import { Loaded } from './Loaded';
import { Part } from './Part';
import type { StudyTab } from './address';
import { explanationFacts, investmentFacts, mitigationFacts, restorationFacts, stagingFacts } from './comparisonFacts';
import type { ComparedFact } from './comparisonFacts';
import { ExplanationQuery } from './explanation/queries';
import { differences } from './frozen';
import type { Difference } from './frozen';
import { InvestmentQuery } from './investment/queries';
import { MitigationQuery } from './mitigation/queries';
import type { StudyRow } from './queries';
import { PlanFactsQuery } from './restoration/factsQuery';
import { StagingQuery } from './staging/queries';

interface Props {
  tab: StudyTab;
  first: StudyRow;
  second: StudyRow;
  onClose: () => void;
}

/** Two studies of a kind beside each other: what was asked differently, and what came of it. */
export function Comparison({ tab, first, second, onClose }: Props) {
  const inputs = differences(first.inputs, second.inputs);
  const columns: readonly ShownColumn<Difference>[] = [
    { key: 'name', label: 'Input', value: ({ name }) => name },
    { key: 'first', label: `Study ${first.studyId}`, value: (row) => row.first, cell: (row) => <Clipped text={row.first} /> },
    { key: 'second', label: `Study ${second.studyId}`, value: (row) => row.second, cell: (row) => <Clipped text={row.second} /> },
  ];
  return (
    <Part title={`Study ${first.studyId} and study ${second.studyId}`} testId="comparison" tools={<Button onClick={onClose}>Close the comparison</Button>}>
      <Both tab={tab} first={first} second={second}>
        {(facts) => <FactTable facts={facts} first={first} second={second} />}
      </Both>
      <Fold summary={inputs.length === 0 ? 'Both were worked out from the same inputs' : `Inputs that differ: ${inputs.length}`} isOpenAtFirst={inputs.length > 0 && inputs.length < 8}>
        {inputs.length > 0 && <DataTable caption="What was asked differently, as it was kept" rows={inputs} columns={columns} rowKey={({ name }) => name} maxHeightPx={260} testId="compared-inputs" />}
      </Fold>
    </Part>
  );
}

function Clipped({ text }: { text: string }) {
  return (
    <Box title={text} sx={{ maxWidth: 380, overflow: 'hidden', textOverflow: 'ellipsis' }}>
      {text}
    </Box>
  );
}

function FactTable({ facts, first, second }: { facts: readonly ComparedFact[]; first: StudyRow; second: StudyRow }) {
  const columns: readonly ShownColumn<ComparedFact>[] = [
    { key: 'label', label: 'What came of it', value: ({ label }) => label },
    { key: 'first', label: `Study ${first.studyId}`, isNumber: true, value: (fact) => fact.first },
    { key: 'second', label: `Study ${second.studyId}`, isNumber: true, value: (fact) => fact.second },
    { key: 'change', label: 'Difference', isNumber: true, value: ({ change }) => change, cell: ({ change }) => change ?? '' },
  ];
  return (
    <>
      <DataTable caption="Differences are the second less the first" rows={facts} columns={columns} rowKey={({ label }) => label} maxHeightPx={460} testId="compared-facts" />
      {first.job.status !== 'SUCCEEDED' && <Note>One of the two has no result.</Note>}
    </>
  );
}

interface BothProps {
  tab: StudyTab;
  first: StudyRow;
  second: StudyRow;
  children: (facts: readonly ComparedFact[]) => ReactNode;
}

/** The results of both, as facts to compare. */
function Both({ tab, first, second, children }: BothProps) {
  const [one, other] = [first.studyId, second.studyId];
  const what = (id: string): string => `Study ${id}`;
  switch (tab) {
    case 'mitigation':
      return (
        <Loaded query={MitigationQuery} id={one} what={what(one)} pick={(data) => data.decisionStudy?.mitigation}>
          {(left) => (
            <Loaded query={MitigationQuery} id={other} what={what(other)} pick={(data) => data.decisionStudy?.mitigation}>
              {(right) => children(mitigationFacts(left, right))}
            </Loaded>
          )}
        </Loaded>
      );
    case 'restoration':
      return (
        <Loaded query={PlanFactsQuery} id={one} what={what(one)} pick={(data) => data.decisionStudy?.restoration}>
          {(left) => (
            <Loaded query={PlanFactsQuery} id={other} what={what(other)} pick={(data) => data.decisionStudy?.restoration}>
              {(right) => children(restorationFacts(left, right))}
            </Loaded>
          )}
        </Loaded>
      );
    case 'staging':
      return (
        <Loaded query={StagingQuery} id={one} what={what(one)} pick={(data) => data.decisionStudy?.staging}>
          {(left) => (
            <Loaded query={StagingQuery} id={other} what={what(other)} pick={(data) => data.decisionStudy?.staging}>
              {(right) => children(stagingFacts(left, right))}
            </Loaded>
          )}
        </Loaded>
      );
    case 'investment':
      return (
        <Loaded query={InvestmentQuery} id={one} what={what(one)} pick={(data) => data.decisionStudy?.investment}>
          {(left) => (
            <Loaded query={InvestmentQuery} id={other} what={what(other)} pick={(data) => data.decisionStudy?.investment}>
              {(right) => children(investmentFacts(left, right))}
            </Loaded>
          )}
        </Loaded>
      );
    case 'explanation':
      return (
        <Loaded query={ExplanationQuery} id={one} what={what(one)} pick={(data) => data.decisionStudy?.explanation}>
          {(left) => (
            <Loaded query={ExplanationQuery} id={other} what={what(other)} pick={(data) => data.decisionStudy?.explanation}>
              {(right) => children(explanationFacts(left, right))}
            </Loaded>
          )}
        </Loaded>
      );
  }
}
