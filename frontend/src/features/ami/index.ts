export { AmiWorkspace } from './AmiWorkspace';
export { SCOPE_PREFIXES, scopeOfAsset } from './scope';
