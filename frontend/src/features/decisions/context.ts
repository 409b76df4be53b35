import type { DecisionsView, StudyTab } from './address';
import type { DecisionRun, StudyRow } from './queries';
import type { Studies } from './useStudies';

/** What every tab of a run is given. */
export interface TabProps {
  run: DecisionRun;
  view: DecisionsView;
  change: (part: Partial<DecisionsView>) => void;
  studies: Studies;
  mayStart: boolean;
  timeZone: string | undefined;
}

/** What the form of a kind of study is given. */
export interface FormProps {
  run: DecisionRun;
  studies: Studies;
  /** A study whose inputs the form begins with. */
  from: StudyRow | null;
  onStarted: (study: StudyRow) => void;
  onClose: () => void;
}

export interface StudyTabProps extends TabProps {
  tab: StudyTab;
}
