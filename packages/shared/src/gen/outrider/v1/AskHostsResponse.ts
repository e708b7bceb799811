// Original file: proto/outrider/v1/diagnosis.proto

import type { QuestionAnswer as _outrider_v1_QuestionAnswer, QuestionAnswer__Output as _outrider_v1_QuestionAnswer__Output } from '../../outrider/v1/QuestionAnswer.js';

export interface AskHostsResponse {
  'answers'?: (_outrider_v1_QuestionAnswer)[];
}

export interface AskHostsResponse__Output {
  'answers': (_outrider_v1_QuestionAnswer__Output)[];
}
