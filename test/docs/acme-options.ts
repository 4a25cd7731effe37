import { IsPlainText } from '@vifkit/core';

export class AcmeOptions {
  @IsPlainText()
  endpoint = 'https://localhost:8443';
}
