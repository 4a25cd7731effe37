/**
 * The parts of class-validator that core uses. In the published package a bundle replaces this module (see
 * scripts/bundle-class-validator.js), because class-validator depends on 11 MB of phone number data. The decorators of
 * a vendor's own copy of class-validator work too: all copies share one metadata storage.
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
