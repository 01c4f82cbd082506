//! The domain ai.onnx.ml, as skl2onnx and onnxmltools write it.

mod classes;
mod encode;
mod features;
mod linear;
mod numeric;
mod svm;
mod tf_idf;
mod transform;
mod tree_attributes;
mod tree_ensemble;
mod tree_tables;
mod trees;

use super::Row;

pub(super) const TABLE: &[Row] = &[
    (ML, "ArrayFeatureExtractor", features::array_feature_extractor),
    (ML, "Binarizer", numeric::binarizer),
    (ML, "FeatureVectorizer", features::feature_vectorizer),
    (ML, "Imputer", numeric::imputer),
    (ML, "LabelEncoder", encode::label_encoder),
    (ML, "LinearClassifier", linear::classifier),
    (ML, "LinearRegressor", linear::regressor),
    (ML, "Normalizer", numeric::normalizer),
    (ML, "OneHotEncoder", numeric::one_hot_encoder),
    (ML, "SVMClassifier", svm::classifier),
    (ML, "SVMRegressor", svm::regressor),
    (ML, "Scaler", features::scaler),
    ("", "TfIdfVectorizer", tf_idf::tf_idf_vectorizer),
    (ML, "TreeEnsemble", tree_ensemble::ensemble),
    (ML, "TreeEnsembleClassifier", tree_ensemble::classifier),
    (ML, "TreeEnsembleRegressor", tree_ensemble::regressor),
    (ML, "ZipMap", features::zip_map),
];

const ML: &str = crate::proto::ML_DOMAIN;
