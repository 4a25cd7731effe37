export { type Answers, type Kind, kinds, problemWith } from './answers.js';
export { makePackage } from './make-package.js';
