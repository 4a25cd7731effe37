/**
 * What is used here of class-validator. What is published has it as a bundle in this module's place (see
 * scripts/bundle-class-validator.js): class-validator itself brings the phone numbers of all countries along, 11 MB of them.
 * The decorators of a vendor's own class-validator do as well, since all copies of it note in one place what they are told.
 */
export {
  ArrayMaxSize,
  ArrayMinSize,
  getMetadataStorage,
  IsArray,
  IsBoolean,
  IsFQDN,
  IsIn,
  IsInt,
  IsIP,
  IsNotEmpty,
  IsNumber,
  IsOptional,
  IsPort,
  IsString,
  IsUrl,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  type ValidationError,
  validateSync,
} from 'class-validator';
