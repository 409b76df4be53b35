export { TopologyWorkspace } from './TopologyWorkspace';
export { topologyAddress } from './address';
export { SUBJECT_PREFIXES, subjectOf } from './places';
